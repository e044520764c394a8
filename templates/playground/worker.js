// Python in a worker: loads Pyodide and the package, then answers one request after the other.
// A message {site, base, compiled, role} comes first, then {request}; the worker tells {compiled},
// {booted}, {ready}, {numpy} and {failed} of itself, and {answers: true} with loading, begun, report,
// result or failed of a request. The trainer loads NumPy before it is asked for it.

import { flat, unpack } from "./unpack.js";

let python;
let last;

self.onmessage = ({ data }) => {
  if (data.request) last = last.then(() => answer(data.request));
  else last = boot(data).then(() => booted(data.role), (error) => postMessage({ failed: told(error) }));
};

function booted(role) {
  postMessage({ ready: true });
  // Whoever asks meanwhile waits for the same load.
  if (role === "trainer") python.needs.run().then(() => postMessage({ numpy: true }), () => {});
}

/** An error in words, whatever was thrown. */
function told(error) {
  const text = error?.message || String(error);
  return text.includes("[object ") ? "a file of Pyodide did not arrive" : text;
}

/**
 * Watches what Pyodide fetches while it boots: rejects when a file is not there, which Pyodide does
 * not always say. Its code is compiled once for all workers: the first one tells it.
 */
function watched(compiled) {
  const [fetched, instantiate] = [self.fetch, WebAssembly.instantiateStreaming];
  WebAssembly.instantiateStreaming = async (response, imports) => {
    if (compiled) return { module: compiled, instance: await WebAssembly.instantiate(compiled, imports) };
    const made = await instantiate.call(WebAssembly, response, imports);
    postMessage({ compiled: made.module });
    return made;
  };
  const failed = new Promise((_, reject) => {
    self.fetch = async (...request) => {
      const name = String(request[0]?.url ?? request[0]);
      if (compiled && name.endsWith("pyodide.asm.wasm")) return new Response();
      try {
        const response = await fetched(...request);
        if (!response.ok) reject(new Error(`${name}: ${response.status} ${response.statusText}`));
        return response;
      } catch (error) {
        reject(new Error(`${name}: ${told(error)}`));
        throw error;
      }
    };
  });
  failed.catch(() => {});
  const end = () => Object.assign(self, { fetch: fetched }) && Object.assign(WebAssembly, { instantiateStreaming: instantiate });
  return { failed, end };
}

async function boot({ site, base, compiled }) {
  const url = (name) => new URL(name, base).href;
  const watch = watched(compiled);
  const { loadPyodide } = await import(url(`${site.pyodide}pyodide.mjs`));
  const quiet = () => {};
  const archives = ["nineteen", "rendering"].map((name) => fetchBytes(url(`python/${name}.zip`)));
  const began = performance.now();
  const loading = loadPyodide({ indexURL: url(site.pyodide), stdout: quiet, stderr: quiet });
  const pyodide = await Promise.race([loading, watch.failed]);
  postMessage({ booted: performance.now() - began });
  const unpack = (bytes) => pyodide.unpackArchive(bytes, "zip", { extractDir: packages });
  const packages = pyodide.runPython(
    "import site, sys; sys.dont_write_bytecode = True; site.getsitepackages()[0]",
  );
  for (const bytes of await Promise.all(archives)) unpack(bytes);
  watch.end();
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

async function answer(request) {
  const tell = (what) => postMessage({ answers: true, ...what });
  try {
    const need = python.needs[request.ask];
    if (need && !need.done) {
      tell({ loading: request.ask });
      await need();
      tell({ loading: "" });
    }
    tell({ begun: true });
    const report = (text) => send("report", text);
    send("result", python.answer(JSON.stringify(request), report));
  } catch (error) {
    tell({ failed: told(error) });
  }
}

/** Sends JSON that Python told, its packed arrays as numbers, without a copy where they are many. */
function send(name, text) {
  const { recording, ...told } = JSON.parse(text);
  const part = recording ? flat(recording) : null;
  postMessage({ answers: true, [name]: { ...unpack(told), recording: part } }, part ? [part.recorded.buffer] : []);
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
