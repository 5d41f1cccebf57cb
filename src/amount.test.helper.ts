/**
 * How much a test tries: more where a variable of the environment asks for it, and never less. One variable stands for tests that
 * try different amounts, so that a smaller number is no error: it is said, and changes nothing.
 */
export function atLeast(fewest: number, variable: string, environment = process.env): number {
  return amountFrom(Math.max, fewest, variable, environment);
}

/** The same for a distance between two things that are tried: a smaller one tries more. */
export function atMost(widest: number, variable: string, environment = process.env): number {
  return amountFrom(Math.min, widest, variable, environment);
}

function amountFrom(
  more: (one: number, other: number) => number,
  usual: number,
  variable: string,
  environment: NodeJS.ProcessEnv,
): number {
  const asked = numberIn(environment, variable);
  const taken = more(usual, asked ?? usual);
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
