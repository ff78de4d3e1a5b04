// The keys of the review desk. Each follows a link that is on the page; what is decided is
// decided by the form that the link leads to. Who dictates or slips can switch them off.
const ARROWS = { ArrowRight: "j", ArrowLeft: "k" };
const FIELDS = "input, textarea, select, [contenteditable]";
const OFF = "desk-keys-off";

const isOff = () => localStorage.getItem(OFF) === "1";

const showState = () => {
  for (const button of document.querySelectorAll("[data-desk-toggle]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(!isOff()));
  }
};

const toggleHelp = (help) => {
  if (help.open) help.close();
  else help.showModal();
};

document.addEventListener("DOMContentLoaded", showState);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-desk-toggle]")) return;
  if (isOff()) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  showState();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || isOff()) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS)) return;
  const help = document.querySelector("#desk-help");
  if (event.key === "?" && help) toggleHelp(help);
  if (help?.open) return;
  const key = ARROWS[event.key] ?? event.key.toLowerCase();
  const link = document.querySelector(`[data-desk-key="${CSS.escape(key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
