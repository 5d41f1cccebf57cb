/** A value of a file, and the line where it begins. */
export interface Form {
  text: string;
  line: number;
}

/**
 * Cuts a file in EDN into the values that it has one after another, or in one vector or list around them all, line by line.
 * Their own syntax is none of its business, but for brackets, strings and comments.
 */
export class FormSplitter {
  private text = '';
  private begin = 0;
  private depth = 0;
  private isInString = false;
  private isInAtom = false;
  /** 1 inside the vector around all. */
  private base = 0;
  private isFirst = true;

  /** @returns the values that end in this line @throws SyntaxError if a value has no end and another begins */
  add(line: string, number: number): Form[] {
    const forms: Form[] = [];
    // A value that is laid out over several lines is indented; only a new one begins where the line begins.
    if (this.isUnfinished() && !this.isInString && /^(\{|#\w)/.test(line)) {
      throw new SyntaxError(`the value that begins in line ${this.begin} has no end`);
    }
    for (let at = 0; at < line.length; at++) {
      const letter = line[at] as string;
      if (this.isInString) {
        this.text += letter;
        if (letter === '\\') this.text += line[++at] ?? '';
        else if (letter === '"') {
          this.isInString = false;
          this.endIfWhole(forms);
        }
        continue;
      }
      if (letter === ';') break;
      if (/[\s,]/.test(letter)) {
        this.endAtom(forms);
        if (this.text !== '') this.text += letter;
        continue;
      }
      if (/[[({]/.test(letter) && this.isFirst && letter !== '{') {
        this.isFirst = false;
        this.base = 1;
        continue;
      }
      if (/[\])}]/.test(letter)) {
        this.endAtom(forms);
        if (this.depth === 0 && this.base === 1 && letter !== '}') {
          this.base = 0;
          continue;
        }
        this.start(number);
        this.text += letter;
        this.depth = Math.max(0, this.depth - 1);
        this.endIfWhole(forms);
        continue;
      }
      this.start(number);
      this.text += letter;
      if (/[[({]/.test(letter)) {
        this.isInAtom = false;
        this.depth++;
      } else if (letter === '"') {
        this.isInString = true;
      } else {
        if (letter === '\\') this.text += line[++at] ?? '';
        this.isInAtom = this.depth === 0;
      }
    }
    this.endAtom(forms);
    if (this.text !== '') this.text += '\n';
    return forms;
  }

  /** True if a value has begun and not ended. */
  isUnfinished(): boolean {
    return this.text !== '';
  }

  /** True if the vector around all has no end yet. */
  isInVector(): boolean {
    return this.base === 1;
  }

  private start(number: number): void {
    this.isFirst = false;
    if (this.text === '') this.begin = number;
  }

  private endAtom(forms: Form[]): void {
    if (!this.isInAtom) return;
    this.isInAtom = false;
    // A tag belongs to what follows it.
    if (!/^#[^{]*$/.test(this.text)) this.endIfWhole(forms);
  }

  private endIfWhole(forms: Form[]): void {
    if (this.depth > 0 || this.isInString) return;
    forms.push({ text: this.text, line: this.begin });
    this.text = '';
    this.isInAtom = false;
  }
}
