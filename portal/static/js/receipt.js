// The receipt beside the figure that asks for it. Without this file its link shows it by :target.
(() => {
  const wide = () => innerWidth > 640;
  let asked = null; // the figure last asked about: it gets the focus back

  const place = (box, by) => {
    if (!wide() || !by) return;
    const figure = by.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = figure.left - width - 14;
    const beside = left > 12 ? left : Math.min(figure.right + 14, innerWidth - width - 12);
    box.style.left = `${Math.max(12, beside)}px`;
    box.style.top = `${Math.max(12, Math.min(figure.top - 24, innerHeight - height - 12))}px`;
  };

  const show = () => {
    const box = document.getElementById("receipt");
    if (!box || !box.childElementCount) return;
    box.showPopover();
    place(box, asked);
    box.querySelector("[data-close]").focus();
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "receipt") asked = event.detail.elt;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "receipt" || event.detail.target?.id === "receipt") show();
  });
  // htmx copies the style of what it replaces, and the CSP refuses a style attribute.
  document.addEventListener("toggle", ({ target, newState }) => {
    if (target.id === "receipt" && newState === "closed") target.removeAttribute("style");
  }, true);
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("#receipt [data-close]");
    if (!close || !close.closest(":popover-open")) return;
    event.preventDefault();
    document.getElementById("receipt").hidePopover();
    asked?.focus();
  });
})();
