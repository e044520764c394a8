// Python in a worker: loads Pyodide and the package, then answers one request after the other.
// A message {site, base} comes first, then {id, request}; the answers are {ready}, {id, report},
// {id, loading}, {id, result} or {id, failed}.

let python;
let last;

self.onmessage = ({ data }) => {
  if (data.site) {
    last = boot(data.site, data.base).then(
      () => postMessage({ ready: true }),
      (error) => postMessage({ failed: String(error) }),
    );
  } else {
    last = last.then(() => answer(data.id, data.request));
  }
};

async function boot(site, base) {
  const url = (name) => new URL(name, base).href;
  const { loadPyodide } = await import(url(`${site.pyodide}pyodide.mjs`));
  const quiet = () => {};
  const archives = ["wheel", "rendering"].map((name) => fetchBytes(url(site[name])));
  const began = performance.now();
  const pyodide = await loadPyodide({ indexURL: url(site.pyodide), stdout: quiet, stderr: quiet });
  postMessage({ booted: performance.now() - began });
  const unpack = (bytes) => pyodide.unpackArchive(bytes, "zip", { extractDir: packages });
  const packages = pyodide.runPython(
    "import site, sys; sys.dont_write_bytecode = True; site.getsitepackages()[0]",
  );
  for (const bytes of await Promise.all(archives)) unpack(bytes);
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
      seeds: numpy,
      file: once(async () => unpack(await fetchBytes(url(site.confirming)))),
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
    const report = (text) => postMessage({ id, report: JSON.parse(text) });
    postMessage({ id, result: JSON.parse(python.answer(JSON.stringify(request), report)) });
  } catch (error) {
    postMessage({ id, failed: String(error) });
  }
}

/** Loads at most once; a load that failed is tried again the next time. */
function once(load) {
  const need = async () => {
    await load();
    need.done = true;
  };
  return need;
}

async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
