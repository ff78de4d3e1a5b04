// The keys of the review desk. Each follows a link that is on the page; what is decided is
// decided by the form that the link leads to.
const ARROWS = { ArrowRight: "j", ArrowLeft: "k" };
const FIELDS = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS)) return;
  const help = document.querySelector("#desk-help");
  if (event.key === "?" && help) {
    if (help.open) help.close();
    else help.showModal();
    return;
  }
  if (help?.open) return;
  const key = ARROWS[event.key] ?? event.key.toLowerCase();
  for (const link of document.querySelectorAll("[data-desk-key]")) {
    if (link.dataset.deskKey !== key) continue;
    event.preventDefault();
    link.click();
  }
});
