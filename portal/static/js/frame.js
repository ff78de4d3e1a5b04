// Small comforts of the frame; every page works without them.

// An open menu closes on a click elsewhere and on Escape, which gives the focus back.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.rc-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.rc-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Day grids show their newest day first.
const showNewest = () => {
  for (const box of document.querySelectorAll("[data-newest]")) box.scrollLeft = box.scrollWidth;
};
showNewest();
addEventListener("resize", showNewest);
document.addEventListener("htmx:afterSwap", showNewest);

// Typing in a filter and pressing its button ask for one address: Back leaves it in one step.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail: { history } }) => {
  if (new URL(history.path, location).href === location.href) history.type = "replace";
});
