/**
 * Is the demo's Postgres as a process sees it that has none of its own: the parent has it, and is asked over IPC. Has of
 * PGlite what the demo's `Database` uses.
 */
export class RemotePostgres {
  #asked = new Map();
  #last = 0;

  constructor() {
    process.on('message', ({ answers, rows, problem }) => {
      const asked = this.#asked.get(answers);
      if (asked === undefined) return;
      this.#asked.delete(answers);
      if (problem === undefined) asked.resolve({ rows });
      else asked.reject(new Error(problem));
    });
  }

  query(statement, params) {
    return this.#ask({ statement, params });
  }

  async transaction(work) {
    const transaction = ++this.#last;
    await this.#ask({ begins: transaction });
    try {
      const result = await work({
        query: (statement, params) => this.#ask({ transaction, statement, params }),
      });
      await this.#ask({ ends: transaction, isGood: true });
      return result;
    } catch (error) {
      await this.#ask({ ends: transaction, isGood: false });
      throw error;
    }
  }

  close() {}

  #ask(question) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      process.send({ asks: id, ...question });
    });
  }
}
