// With htmx at work the communes and prices follow the wilaya by themselves: the button for it is not needed.
if (window.htmx) for (const button of document.querySelectorAll("[data-update]")) button.hidden = true;
