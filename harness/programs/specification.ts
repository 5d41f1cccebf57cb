/**
 * What the harness knows of a program of others: how it is called, and where its entries can be seen. The same
 * words stand in the options of the command line (`--command-remove`) and in a file of JSON (`"commandRemove"`).
 */
export interface Specification {
  /** What it is called in reports. Default: the first word of the command, without its directories. */
  name?: string;
  /** One line for lists. */
  title?: string;
  /** Stores a value. Split into words here, with no shell; placeholders are filled in within the words: see template.ts. */
  command?: string;
  /** Removes a key. Without it nothing is removed. */
  commandRemove?: string;
  /** Prints all entries, in `format`. Without it the file is read. */
  commandList?: string;
  /** Prints the value of a key. Without it the file is read, or the list. */
  commandGet?: string;
  /** What the command finds on its standard input: for a value that must not be an argument. */
  stdin?: string;
  /** Each command is given to `sh -c` as it is; what placeholders would be is in `$FILE`, `$KEY`, `$VALUE`, `$HOME`, `$DIR`. */
  shell?: boolean;
  /**
   * The command runs on: each client starts it once, and asks it by lines of JSON on its standard input. It answers each by one line.
   * See `Asked` and `Answer`.
   */
  lines?: boolean;
  /** Starts a server, which is then asked over HTTP. */
  serve?: string;
  /** A pattern of what a server prints when it can be asked. */
  ready?: string;
  /** How many servers share the file. Default 2. */
  servers?: number;
  /** A request that stores a value: `PUT /auth/{key} {"key":"{value}"}`. */
  set?: string;
  /** A request that removes a key. */
  remove?: string;
  /** Where the program keeps its entries, relative to its home. Default: whatever `{file}` is. */
  file?: string;
  /** How the file is read: see formats/index.ts. Default: by the file's ending. */
  format?: string;
  /** What is run once in each home, before anything else. */
  prepare?: string | readonly string[];
  /** Added to the environment, in which there are only PATH, LANG, and a HOME, TMPDIR and XDG_* of its own. */
  env?: Readonly<Record<string, string>>;
  /** Exit codes, or statuses of an answer, that say: certainly not done. */
  failed?: readonly number[];
  /** The same, by a pattern of what was written to standard error, or of an answer's body. */
  failedWhen?: string;
  /** After so long a command is killed, and its outcome unknown: `60s`. */
  timeout?: string;
  /** Each open and each read of the file takes so much longer: `100ms`. Needs strace. */
  slow?: string;
  /** What is in the file at first. A line with `{key}` and `{value}` stands for one entry, and is repeated for each. */
  seed?: string;
  /** The path of a file with that. */
  seedFile?: string;
  /** Prints the version. Default: `NAME --version`, for a program that is found by its name. */
  version?: string;
  /** Whether a mode that lets others read is a violation. */
  private?: boolean;
  /** Whether anything that is left beside the file is a violation. Default: what stops others. */
  strict?: boolean;
  /** From where files are named: `{dir}`. Default: the directory of its file, or the user's. */
  directory?: string;
  /** How it is installed, for a program that ships as data. */
  install?: string;
  /** With which versions, and when, its specification was tried. */
  tried?: readonly string[];
}

/** How one thing is asked for. */
export type Call =
  /** Words of an argument vector, with placeholders. */
  | { how: 'words'; words: readonly string[] }
  /** A text for `sh -c`, without. */
  | { how: 'shell'; text: string }
  /** A request to a server. */
  | { how: 'request'; method: string; path: string; body: string }
  /** A line to a program that runs on. */
  | { how: 'line'; action: Asked['action'] };

/** What a program that runs on is asked by a line of JSON. */
export interface Asked {
  action: 'set' | 'remove' | 'all';
  /** Not of `all`. */
  key?: string;
  /** Of `set`. */
  value?: string;
}

/** The line of JSON that it answers. Anything else but `ok` leaves open whether something was changed. */
export interface Answer {
  ok?: boolean;
  /** Why it could not. */
  error?: string;
  /** True where it has certainly changed nothing. */
  definite?: boolean;
  /** Of `all`: what is stored, by key. */
  entries?: Record<string, unknown>;
}

/** The same, with every question answered. It is plain data, so it can be sent to another process. */
export interface Program {
  name: string;
  /** Undefined for a program that is asked to remove only. */
  set: Call | undefined;
  remove: Call | undefined;
  list: Call | undefined;
  get: Call | undefined;
  stdin: string | undefined;
  /** What starts a program that runs on, and is asked by lines. */
  lines: Call | undefined;
  serve: { call: Call; ready: string; servers: number } | undefined;
  /** Relative to its home. */
  file: string;
  format: string;
  /** Whether the file is read, in that format; otherwise the program alone says what is in it. */
  isRead: boolean;
  prepare: readonly Call[];
  env: Readonly<Record<string, string>>;
  failed: readonly number[];
  failedWhen: string | undefined;
  timeoutMs: number | undefined;
  slowMs: number | undefined;
  seed: string | undefined;
  version: Call | undefined;
  isPrivate: boolean;
  isStrict: boolean;
  /** Where the specification is from: `{dir}`, and where words that name files are looked for. */
  directory: string;
}
