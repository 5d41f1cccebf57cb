/** What `--allow-unsafe` does, of every command. */
export const insist = 'use the file even where another user could replace it';
