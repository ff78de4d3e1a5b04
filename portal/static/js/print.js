// On a page that is laid out for paper: open the browser's own dialog once everything is drawn.
addEventListener("load", () => setTimeout(() => window.print(), 300));
