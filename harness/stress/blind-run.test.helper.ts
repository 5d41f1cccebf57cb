import { controls } from './plan/plan.js';
import { stress } from './stress.js';

/**
 * A program: a run whose control looks for a loss where none is planted. It prints the run's result. In one bundle with the list of
 * controls, which no other module can change; and its processes are those that are shipped, which start in half the time.
 */
const own = { scenario: 'two-terminals', target: 'hardened', workMs: 300, mustFind: 'lost' } as const;
(controls as (typeof controls)[number][]).splice(0, controls.length, own);
const options = { durationMs: 4000, patienceMs: 20_000, operations: 20, clients: { tui: 2 } };
const { result } = await stress({ scenarios: ['two-terminals'], ...options });
console.log(result);
