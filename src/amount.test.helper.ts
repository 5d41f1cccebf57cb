/**
 * How much a test tries: more where a variable of the environment asks for it, and never less. One variable stands for tests that
 * try different amounts, so that a smaller number is no error: it is said, and changes nothing.
 */
export function atLeast(fewest: number, variable: string, environment = process.env): number {
  return amountFrom(
    environment,
    variable,
    fewest,
    Math.max(fewest, numberIn(environment, variable) ?? fewest),
  );
}

/** The same for a distance between two things that are tried: a smaller one tries more. */
export function atMost(widest: number, variable: string, environment = process.env): number {
  return amountFrom(
    environment,
    variable,
    widest,
    Math.min(widest, numberIn(environment, variable) ?? widest),
  );
}

function amountFrom(environment: NodeJS.ProcessEnv, variable: string, usual: number, taken: number): number {
  const asked = numberIn(environment, variable);
  if (asked !== undefined && asked !== taken)
    process.stderr.write(`${variable}=${asked} would try less than the usual ${usual}, and is not heeded\n`);
  return taken;
}

function numberIn(environment: NodeJS.ProcessEnv, variable: string): number | undefined {
  const text = environment[variable];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`${variable} is "${text}", expected a number`);
  return value;
}
