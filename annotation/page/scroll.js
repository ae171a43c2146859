// A box whose content is wider or higher than it is reached by key, to be scrolled, and named by what is in it.
const reach = new ResizeObserver((seen) => {
  for (const { target: box } of seen) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1;
    const name = box.querySelector("caption, figcaption")?.textContent;
    box.toggleAttribute("tabindex", scrolls);
    if (scrolls) box.tabIndex = 0;
    if (name && box.localName === "div") {
      for (const [key, value] of [["role", "group"], ["aria-label", name]]) {
        if (scrolls) box.setAttribute(key, value);
        else box.removeAttribute(key);
      }
    }
  }
});
for (const box of document.querySelectorAll(".scroll, figure")) reach.observe(box);
