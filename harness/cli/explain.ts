import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pageOf, render } from '../../src/cli/render.js';
import type * as Harness from '../index.js';
import { replayCommand } from './explore.js';

/**
 * Tells of the first loss of each scenario how it comes about, step by step. To standard error: a report may be on its way on
 * the other one.
 * @param out the run's own directory, where the schedules go, too
 * @param test where to write a Vitest file of the first one
 */
export async function explainLosses(
  reports: readonly Harness.ScenarioReport[],
  out: string,
  test: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const harness = await import('../index.js');
  const { confirmBare, explainLoss, explorationToTerminal, saveSchedule, toRegressionTest } = harness;
  const again = ({ id }: Harness.ExploredFailure) =>
    `${replayCommand} ${path.relative('.', path.join(out, 'schedules', `${id}.json`))}`;
  const explained: { scenario: string; exploration: Harness.Exploration; reproduce: string }[] = [];
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let isWritten = test === undefined;
  for (const report of reports) {
    const loss = await explainLoss(report, out, { signal });
    if (!loss) continue;
    say(`\n${loss.scenario} on ${loss.target}: ${loss.sentence}`);
    const [failure] = loss.exploration?.failures ?? [];
    if (!loss.exploration || !failure) {
      say(
        `No schedule of it was found; tried: ${loss.tried.join('; ') || 'nothing, it is about one client alone'}.`,
      );
      continue;
    }
    saveSchedule(failure, path.join(out, 'schedules'));
    explained.push({ ...loss, exploration: loss.exploration, reproduce: again(failure) });
    say(render(explorationToTerminal(loss.exploration, again), pageOf(process.stderr)));
    say(await confirmBare(failure, signal));
    if (test === undefined || isWritten) continue;
    mkdirSync(path.dirname(path.resolve(test)), { recursive: true });
    writeFileSync(test, toRegressionTest(failure));
    say(`Written: ${test}`);
    isWritten = true;
  }
  if (explained.length > 0)
    await harness.writeExploreReport(harness.toExploreReport(explained), out, again, 'explained');
}
