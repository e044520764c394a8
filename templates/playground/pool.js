// Two Pythons, each in a worker of its own: one writes, and so answers at once whatever the other
// one does; the other one has NumPy and trains. Stopping ends the trainer, which is the only way to
// stop Python in the middle; Pyodide's compiled code stays, so that the next one is there quickly.

const TRAINS = new Set(["start", "run", "honest", "seeds"]); // what needs NumPy
const LEFT = 1000; // milliseconds for a training that nobody waits for: another Python takes longer
const RUNAWAY = 90_000; // milliseconds after which a training is stopped whatever it does

// A worker made from a blob inherits the page's Content-Security-Policy. What it imports at once,
// and not later, Firefox does not take from the service worker.
const SOURCE = `
  const early = [];
  self.onmessage = (event) => early.push(event);
  import(${JSON.stringify(new URL("worker.js", import.meta.url).href)}).then(
    () => early.forEach((event) => self.onmessage(event)),
    (error) => self.postMessage({ failed: error.message }),
  );
`;

/** What was asked was stopped before it ended, or something newer was asked instead. */
export class Stopped extends Error {}

/** Starts Python; `tell` hears {booted}, {ready} and {failed} of the writer, {numpy}
 * of the trainer, false when one starts. */
export function pool(site, tell) {
  let compiled = null; // Pyodide's code, as soon as one worker has it
  let trainer = null;
  let writer = start("writer");

  function start(role) {
    const url = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    const own = { worker, role, job: null, queue: [] };
    if (role === "trainer") tell({ numpy: false });
    worker.onmessage = ({ data }) => (data.answers ? answered(own, data) : heard(own, data));
    worker.onerror = (event) => heard(own, { failed: event.message || "the worker did not start" });
    worker.postMessage({ site, base: document.baseURI.split("#")[0], compiled, role });
    return own;
  }

  function heard(own, data) {
    compiled ??= data.compiled ?? null;
    if (data.compiled && !navigator.connection?.saveData) trainer ??= start("trainer");
    if (data.failed) {
      end(own);
      if (own === trainer) trainer = null;
      for (const job of [own.job, ...own.queue]) job?.reject(new Error(data.failed));
    }
    if (own === writer || data.numpy) tell(data);
  }

  function answered(own, { report, loading, begun, result, failed }) {
    const { job } = own;
    if (report) return job.report?.(report);
    if (loading !== undefined) return job.loading?.(loading);
    if (begun) return (job.timer = setTimeout(() => own.job === job && stop(), job.limit ?? RUNAWAY));
    clearTimeout(job.timer);
    if (failed) job.reject(new Error(failed));
    else job.resolve(result);
    next(own);
  }

  function next(own) {
    own.job = own.queue.shift() ?? null;
    if (own.job) own.worker.postMessage({ request: own.job.request });
  }

  function end(own) {
    own.worker.onmessage = own.worker.onerror = null;
    own.worker.terminate();
    clearTimeout(own.job?.timer);
  }

  /** Takes what waits out of a queue, all or what asks the same. */
  function drop(own, same) {
    const out = own.queue.filter(({ request }) => !same || request.ask === same);
    own.queue = own.queue.filter((job) => !out.includes(job));
    for (const job of out) job.reject(new Stopped());
  }

  /**
   * The answer to a request; `hooks.report` hears the state of a training, `hooks.loading` what has
   * to be fetched; after `limit` milliseconds it is stopped. Of those that are `newest` the last one
   * that waits is answered. Rejects with Stopped.
   */
  function ask(request, { newest, ...hooks } = {}) {
    const own = TRAINS.has(request.ask) ? (trainer ??= start("trainer")) : writer;
    if (newest) drop(own, request.ask);
    return new Promise((resolve, reject) => {
      own.queue.push({ request, resolve, reject, ...hooks });
      if (!own.job) next(own);
    });
  }

  /** The answer to a request that goes before all else that the trainer does. */
  function train(request, hooks) {
    if (trainer) drop(trainer);
    if (long()) stop();
    return ask(request, hooks);
  }

  /** What the trainer does that may take long, if it does. */
  function long() {
    return trainer?.job && trainer.job.request.ask !== "start" ? trainer.job : null;
  }

  /** Stops what the trainer does; what waits there is left to the next one. */
  function stop() {
    if (!trainer?.job) return;
    const { job, queue } = trainer;
    end(trainer);
    trainer = Object.assign(start("trainer"), { queue });
    next(trainer);
    job.reject(new Stopped());
  }

  /** Stops the training that nobody waits for any more, unless it ends soon by itself. */
  function abandon() {
    const job = long();
    if (job) setTimeout(() => trainer?.job === job && stop(), LEFT);
  }

  /** Starts Python once more, after it could not be loaded. */
  function again() {
    end(writer);
    writer = start("writer");
  }

  return { ask, train, stop, abandon, again };
}
