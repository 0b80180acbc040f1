// The files with the widget's words, one for each language but English, which is in the wasm.
//
// `cargo xtask dist` fills in the names, and puts this before the JavaScript half of the wasm (`widget.js`): there the wasm
// finds it in every mode, and `boot.js` asks for the words while the wasm is still on its way.

/** By the first part of a language's tag: whoever reads `pt-PT` reads `pt-BR` sooner than English. */
const LOCALES = new Map([
  ["ar", "{{asset:locale-ar.txt}}"],
  ["de", "{{asset:locale-de.txt}}"],
  ["es", "{{asset:locale-es.txt}}"],
  ["fr", "{{asset:locale-fr.txt}}"],
  ["hi", "{{asset:locale-hi.txt}}"],
  ["ja", "{{asset:locale-ja.txt}}"],
  ["pt", "{{asset:locale-pt-BR.txt}}"],
  ["ru", "{{asset:locale-ru.txt}}"],
  ["zh", "{{asset:locale-zh-CN.txt}}"],
]);

/** A session in the wrong language is better than one that waits for the right one. */
const WORDS_MS = 3000;

const coming = new Map();

/** The text of a language's file; undefined where there is none, or it does not come. */
export const loadLocale = (tag) => {
  const language = tag.toLowerCase().split(/[-_]/)[0];
  if (!LOCALES.has(language)) return Promise.resolve();
  if (!coming.has(language)) {
    const file = fetch(new URL(LOCALES.get(language), import.meta.url), { signal: AbortSignal.timeout(WORDS_MS) });
    const text = file.then((answer) => (answer.ok ? answer.text() : Promise.reject())).catch(() => {
      // The next wish asks again.
      coming.delete(language);
    });
    coming.set(language, text);
  }
  return coming.get(language);
};

