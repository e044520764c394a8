// The editor's entry: what templates/playground/codemirror.js is made of. In an empty folder with this file:
//
//   npm install --save-exact @codemirror/state@6.7.6 @codemirror/view@6.43.15 @codemirror/commands@6.11.1 \
//     @codemirror/language@6.13.1 @codemirror/lang-python@6.2.1 @codemirror/autocomplete@6.20.4 @lezer/common@1.5.5 \
//     @lezer/highlight@1.2.5 @lezer/lr@1.4.12 @lezer/python@1.1.19 style-mod@4.1.5 w3c-keyname@2.2.8 crelt@1.0.7 \
//     @marijn/find-cluster-break@1.0.4 esbuild@0.28.2
//   npx esbuild codemirror.mjs --bundle --format=esm --minify --legal-comments=none \
//     --banner:js="// CodeMirror 6, MIT License: see codemirror.LICENSE.txt; made by tests/browser/codemirror.mjs" \
//     --outfile=codemirror.js

export { StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, WidgetType, keymap, lineNumbers, drawSelection, highlightActiveLine } from "@codemirror/view";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { HighlightStyle, syntaxHighlighting, indentOnInput, indentUnit, bracketMatching } from "@codemirror/language";
export { pythonLanguage } from "@codemirror/lang-python";
export { tags } from "@lezer/highlight";
