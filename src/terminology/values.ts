/** Values of a statement under construction. */
export class Values {
  readonly list: unknown[] = [];

  bind(value: unknown, type: string): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }
}
