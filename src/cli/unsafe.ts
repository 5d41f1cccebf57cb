/** The help text of `--allow-unsafe`, for every command. */
export const insist = 'use the file even where another user could replace it';
