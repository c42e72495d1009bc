/** Takes a value into a statement; answers what stands for it there. */
export interface Binds {
  bind(value: unknown, type: string): string;
}

/** Values of a statement under construction. */
export class Values implements Binds {
  readonly list: unknown[] = [];

  bind(value: unknown, type: string): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }
}
