// The thumbnail follows the swipe, and a thumbnail moves the pictures without moving the page. What is looked at
// becomes as sharp as the first one.
for (const gallery of document.querySelectorAll("[data-gallery]")) {
  const strip = gallery.querySelector(".gal-s");
  const links = [...gallery.querySelectorAll(".gal-t a")];
  if (!links.length) continue;
  const images = strip.querySelectorAll("img");
  const mark = (index) => {
    links.forEach((link, i) => {
      if (i === index) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (index) images[index].sizes = images[0].sizes;
  };
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const to = strip.children[index].getBoundingClientRect().x - strip.getBoundingClientRect().x;
    strip.scrollBy(to, 0);
    mark(index);
  }));
  strip.addEventListener("scroll", () => mark(Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth)), { passive: true });
}
