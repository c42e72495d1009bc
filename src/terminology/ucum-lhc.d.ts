declare module '@lhncbc/ucum-lhc' {
  const ucum: {
    UcumLhcUtils: {
      getInstance(): { getSpecifiedUnit(code: string, returnUnit: 'validate'): { unit: unknown } | null };
    };
  };
  export default ucum;
}
