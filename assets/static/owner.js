// Whose a browser's runs are: an id that it keeps for all of its tabs.

const KEY = "bert-playground-owner";
const ID = /^[\w-]{43}$/;

export default function ({ data, setStateValue }) {
  let kept = "";
  try {
    if (!ID.test(localStorage.getItem(KEY) ?? "")) localStorage.setItem(KEY, data.offered);
    kept = localStorage.getItem(KEY) ?? "";
  } catch {
    // A browser may refuse to keep anything for this site; an empty answer says so.
  }
  setStateValue("kept", kept);
}
