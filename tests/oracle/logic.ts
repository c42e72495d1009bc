/** Three-valued truth: the specification leaves some questions to the server, and there any answer is right. */
export type Truth = boolean | 'open';

export function not(a: Truth): Truth {
  return a === 'open' ? 'open' : !a;
}

export function all(values: readonly Truth[]): Truth {
  if (values.includes(false)) return false;
  return values.includes('open') ? 'open' : true;
}

export function some(values: readonly Truth[]): Truth {
  if (values.includes(true)) return true;
  return values.includes('open') ? 'open' : false;
}
