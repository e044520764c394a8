// The script as a text to change: CodeMirror in a shadow root, where the page's policy lets it have styles.

import * as cm from "./codemirror.js";
import { byId, make } from "./dom.js";

let view = null;

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
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--changed)" },
});

/** Opens the editor on a text; `changed` hears each new text. */
export function open(text, changed) {
  const box = byId("editor");
  const root = box.shadowRoot ?? box.attachShadow({ mode: "open" });
  view?.destroy();
  const extensions = [
    ...[cm.lineNumbers(), cm.history(), cm.drawSelection(), cm.highlightActiveLine(), cm.bracketMatching(), cm.EditorView.lineWrapping],
    ...[cm.indentUnit.of("    "), cm.indentOnInput(), cm.pythonLanguage, cm.syntaxHighlighting(COLOURS), LOOK],
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
