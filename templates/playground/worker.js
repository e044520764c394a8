// Python in a worker: loads Pyodide and the package, then answers one request after the other.
// A message {site, base} comes first, then {id, request}; the answers are {ready}, {numpy}, {failed},
// {id, loading}, {id, begun}, {id, report}, {id, result} or {id, failed}.

import { flat, unpack } from "./unpack.js";

let python;
let last;

self.onmessage = ({ data }) => {
  if (data.site) {
    last = boot(data.site, data.base).then(
      () => {
        postMessage({ ready: true });
        if (!navigator.connection?.saveData) prepare();
      },
      (error) => postMessage({ failed: told(error) }),
    );
  } else {
    last = last.then(() => answer(data.id, data.request));
  }
};

/** Loads NumPy before it is asked for; whoever asks meanwhile waits for the same load. */
function prepare() {
  python.needs.run().then(() => postMessage({ numpy: true }), () => {});
}

/** An error in words, whatever was thrown. */
function told(error) {
  const text = error?.message || String(error);
  return text.includes("[object ") ? "a file of Pyodide did not arrive" : text;
}

/** Ends the boot when a file that Pyodide fetches is not there, which it does not always say. */
function failing() {
  const plain = self.fetch;
  return new Promise((_, reject) => {
    self.fetch = async (...request) => {
      const name = String(request[0]?.url ?? request[0]);
      try {
        const response = await plain(...request);
        if (!response.ok) reject(new Error(`${name}: ${response.status} ${response.statusText}`));
        return response;
      } catch (error) {
        reject(new Error(`${name}: ${told(error)}`));
        throw error;
      }
    };
    self.fetch.end = () => (self.fetch = plain);
  });
}

async function boot(site, base) {
  const url = (name) => new URL(name, base).href;
  const failed = failing();
  failed.catch(() => {});
  const { loadPyodide } = await import(url(`${site.pyodide}pyodide.mjs`));
  const quiet = () => {};
  const archives = ["nineteen", "rendering"].map((name) => fetchBytes(url(`python/${name}.zip`)));
  const began = performance.now();
  const loading = loadPyodide({ indexURL: url(site.pyodide), stdout: quiet, stderr: quiet });
  const pyodide = await Promise.race([loading, failed]);
  postMessage({ booted: performance.now() - began });
  const unpack = (bytes) => pyodide.unpackArchive(bytes, "zip", { extractDir: packages });
  const packages = pyodide.runPython(
    "import site, sys; sys.dont_write_bytecode = True; site.getsitepackages()[0]",
  );
  for (const bytes of await Promise.all(archives)) unpack(bytes);
  self.fetch.end();
  const bridge = pyodide.pyimport("nineteen.verbs.playground.bridge");
  const numpy = once(async () => {
    const numpy = site.numpy.endsWith(".whl") ? url(site.numpy) : site.numpy;
    await pyodide.loadPackage(numpy, { messageCallback: quiet, errorCallback: quiet });
    // The browser compiles what is called for the first time; a short run takes that up front.
    bridge.answer(JSON.stringify({ ask: "run", words: "xor --epochs 9 --batch sgd" }), quiet);
  });
  python = {
    answer: bridge.answer,
    needs: {
      run: numpy,
      start: numpy,
      honest: numpy,
      seeds: numpy,
      file: once(async () => unpack(await fetchBytes(url("python/confirming.zip")))),
    },
  };
}

async function answer(id, request) {
  try {
    const need = python.needs[request.ask];
    if (need && !need.done) {
      postMessage({ id, loading: request.ask });
      await need();
      postMessage({ id, loading: "" });
    }
    postMessage({ id, begun: true });
    const report = (text) => send({ id }, "report", text);
    send({ id }, "result", python.answer(JSON.stringify(request), report));
  } catch (error) {
    postMessage({ id, failed: told(error) });
  }
}

/** Sends JSON that Python told, its packed arrays as numbers, without a copy where they are many. */
function send(message, name, text) {
  const told = JSON.parse(text);
  const whole = told.recording ? flat(told.recording) : null;
  postMessage({ ...message, [name]: { ...unpack(told), recording: whole } }, whole ? [whole.recorded.buffer] : []);
}

/** Loads at most once; a load that failed is tried again the next time. */
function once(load) {
  let loading = null;
  const need = () => {
    const failed = (error) => {
      loading = null;
      throw error;
    };
    return (loading ??= load().then(() => (need.done = true), failed));
  };
  return need;
}

async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
