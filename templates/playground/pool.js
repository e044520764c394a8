// The workers: one answers, and when a training lasts, a second one takes over the answering.
// Stopping a training ends its worker, which is the only way to stop Python in the middle.

const LASTS = 1500; // milliseconds after which a training gets the worker for itself
const RUNAWAY = 90_000; // milliseconds after which a training is stopped whatever it does

let count = 0;

/** A training was stopped before it ended. */
export class Stopped extends Error {}

/** Starts Python; `tell` hears {booted}, {ready}, {numpy} and {failed} of every worker. */
export function pool(site, tell) {
  let front = start(); // answers
  let trainer = null; // has NumPy
  let training = null; // the trainer, while it trains
  let abandoned = false; // nobody waits for the training any more

  function start() {
    // A worker made from a blob inherits the page's Content-Security-Policy.
    const source = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    const own = { worker, ready: false, jobs: new Map() };
    worker.onmessage = ({ data }) => (data.id === undefined ? heard(own, data) : answered(own, data));
    worker.onerror = (event) => heard(own, { failed: event.message || "the worker did not start" });
    worker.postMessage({ site, base: document.baseURI.split("#")[0] });
    return own;
  }

  function heard(own, data) {
    if (data.ready) own.ready = true;
    if (data.ready && abandoned) stop();
    if (data.failed) {
      own.failed = data.failed;
      for (const job of own.jobs.values()) job.reject(new Error(data.failed));
      own.jobs.clear();
    }
    tell(data);
  }

  function answered(own, data) {
    const job = own.jobs.get(data.id);
    if (!job) return; // it was moved to another worker
    if (data.report) return job.report?.(data.report);
    if (data.loading !== undefined) return job.loading?.(data.loading);
    if (data.begun) return job.begun?.();
    own.jobs.delete(data.id);
    if (data.failed) job.reject(new Error(data.failed));
    else job.resolve(data.result);
  }

  function give(own, job) {
    if (own.failed) return job.reject(new Error(own.failed));
    own.jobs.set(job.id, job);
    own.worker.postMessage({ id: job.id, request: job.request });
  }

  function send(own, request, hooks) {
    return new Promise((resolve, reject) => {
      give(own, { id: ++count, request, resolve, reject, ...hooks });
    });
  }

  /** Hands the jobs that wait behind a training to another worker. */
  function move(from, to) {
    for (const job of from.jobs.values()) {
      if (job.request.ask === "run" || job.request.ask === "seeds") continue;
      from.jobs.delete(job.id);
      give(to, job);
    }
  }

  /** The answer to a request that takes no time; `hooks.loading` hears what has to be fetched. */
  function ask(request, hooks) {
    const free = trainer && !training && !front.ready ? trainer : front;
    return send(free, request, hooks);
  }

  /** The result of a training; `hooks.report` hears its state. Rejects with Stopped. */
  async function train(request, hooks) {
    stop();
    const own = (training = trainer ??= front);
    abandoned = false;
    let timers = [];
    const begun = () => {
      const spare = () => front === own && move(own, (front = start()));
      timers = [setTimeout(spare, LASTS), setTimeout(stop, RUNAWAY)];
    };
    try {
      return await send(own, request, { ...hooks, begun });
    } finally {
      timers.forEach(clearTimeout);
      if (training === own) training = null;
    }
  }

  /** Stops the training, if there is one. */
  function stop() {
    if (!training) return;
    const own = training;
    training = trainer = null;
    own.worker.terminate();
    if (front === own) front = start();
    move(own, front);
    for (const job of own.jobs.values()) job.reject(new Stopped());
  }

  /** Stops the training as soon as another worker can answer. */
  function abandon() {
    abandoned = true;
    if (front !== training && front.ready) stop();
  }

  /** Starts Python once more, after it could not be loaded. */
  function again() {
    front.worker.terminate();
    front = start();
    trainer = training = null;
  }

  return { ask, train, stop, abandon, again };
}
