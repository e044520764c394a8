// The script as a text to change: CodeMirror in a shadow root, where the page's policy lets it have styles.

import * as cm from "./codemirror.js";
import { byId, make } from "./dom.js";

let view = null;

/** A sentence below the line that it is about. */
class Remark extends cm.WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq({ text }) {
    return text === this.text;
  }

  toDOM() {
    return make("div", { class: "remark" }, this.text);
  }
}

const remarked = cm.StateEffect.define();
const remarks = cm.StateField.define({
  create: () => cm.Decoration.none,
  update(known, { changes, effects }) {
    const [newest] = effects.filter((effect) => effect.is(remarked)).slice(-1);
    return newest ? newest.value : known.map(changes);
  },
  provide: (field) => cm.EditorView.decorations.from(field),
});

const COLOURS = cm.HighlightStyle.define([
  { tag: [cm.tags.keyword, cm.tags.operatorKeyword], color: "var(--keyword)" },
  { tag: [cm.tags.number, cm.tags.bool], color: "var(--number)" },
  { tag: cm.tags.string, color: "var(--string)" },
  { tag: cm.tags.comment, color: "var(--comment)", fontStyle: "italic" },
]);
const LOOK = cm.EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "12px" },
  "&.cm-focused": { outline: "3px solid var(--accent)" },
  ".cm-content": { caretColor: "var(--ink)", fontFamily: "inherit" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "transparent", color: "var(--comment)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "var(--tint)" },
  ".remark": { color: "var(--bad)", fontFamily: "system-ui, sans-serif", margin: "0 0.4rem 0 1.4rem", paddingLeft: "0.5rem", borderLeft: "3px solid var(--bad)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--changed)" },
});

/** Opens the editor on a text; `changed` hears each new text. */
export function open(text, changed) {
  const box = byId("editor");
  const root = box.shadowRoot ?? box.attachShadow({ mode: "open" });
  view?.destroy();
  const extensions = [
    ...[cm.lineNumbers(), cm.history(), cm.drawSelection(), cm.highlightActiveLine(), cm.bracketMatching(), cm.EditorView.lineWrapping],
    ...[cm.indentUnit.of("    "), cm.indentOnInput(), cm.pythonLanguage, cm.syntaxHighlighting(COLOURS), LOOK, remarks],
    // Tab leaves the editor after Escape, as CodeMirror's own help says; so no one is caught in it.
    cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap, cm.indentWithTab]),
    cm.EditorView.contentAttributes.of({ "aria-label": "The script, to change; Escape and then Tab leave it" }),
    cm.EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
  ];
  const frame = make("div", {});
  root.replaceChildren(frame);
  view = new cm.EditorView({ doc: text, extensions, root, parent: frame });
  view.focus();
}

/** Puts another text into the editor. */
export function fill(text) {
  view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Says something below the line of a number, from 1; 0 takes it away. */
export function remark(number, text) {
  const { lines } = view?.state.doc ?? { lines: 0 };
  const widget = () => cm.Decoration.widget({ widget: new Remark(text), block: true, side: 1 });
  const set = text && number > 0 && number <= lines ? [widget().range(view.state.doc.line(number).to)] : [];
  view?.dispatch({ effects: remarked.of(cm.Decoration.set(set)) });
}
