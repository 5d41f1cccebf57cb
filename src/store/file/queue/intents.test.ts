import { readdirSync, renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { around } from '../../calls.test.helper.js';
import { newFile, siteOf } from '../../scratch.test.helper.js';
import { closeLater, stage } from '../disk/stage.js';
import { createIntent, destroyEntry, isThere } from './intents.js';

/** An intent with a document staged in it, as its holder has it who was stopped before the rename. */
function stopped() {
  const file = newFile();
  const site = siteOf(file);
  const intent = createIntent(site);
  closeLater([stage(intent.directory.at('new'), Buffer.from('{"late":1}'))]);
  return {
    file,
    site,
    intent,
    publish: () => renameSync(intent.directory.at('new'), site.place),
    stageAgain: () => stage(intent.directory.at('again'), Buffer.from('{"late":2}')),
  };
}

describe('an intent that another process has destroyed', () => {
  it('a destroyed intent lets no file in or out, even where its holder has it open', () => {
    const { file, intent, publish, stageAgain } = stopped();
    destroyEntry(intent.intents, intent.name);
    expect(publish).toThrow('ENOENT');
    expect(stageAgain).toThrow('ENOENT');
    expect(isThere(intent)).toBe(false);
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('an intent is emptied in its place and never renamed, as a rename out of it would still succeed', () => {
    const { intent, file } = stopped();
    const restore = around('renameSync', () => true, {});
    destroyEntry(intent.intents, intent.name);
    expect(restore()).toBe(0);
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('an intent is destroyed even if its holder stages another file meanwhile', () => {
    const { intent, file, publish, stageAgain } = stopped();
    let staged = 0;
    const restore = around('openSync', (place = '') => place.endsWith(intent.name), {
      after: () => {
        closeLater([stageAgain()]);
        staged++;
      },
    });
    destroyEntry(intent.intents, intent.name);
    restore();
    expect(staged).toBe(1);
    expect(publish).toThrow('ENOENT');
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });
});

it('no two intents of one process have the same name', () => {
  const site = siteOf(newFile());
  const names = Array.from({ length: 100 }, () => {
    const { intents, name, directory } = createIntent(site);
    destroyEntry(intents, name);
    directory.close();
    return name;
  });
  expect(new Set(names).size).toBe(names.length);
});
