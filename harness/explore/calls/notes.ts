/** Names may be new ones each time. */
const notesMax = 20;

/** What the process has done outside the gate, in words, each once. */
export class Notes {
  private readonly known = new Set<string>();
  private news: string[] = [];

  add(words: string): void {
    if (this.known.has(words) || this.known.size >= notesMax) return;
    this.known.add(words);
    this.news.push(words);
  }

  /** What is new since it was last asked. */
  drain(): { unsteered?: string[] } {
    const { news } = this;
    this.news = [];
    return news.length > 0 ? { unsteered: news } : {};
  }
}
