// Makes wide tables and blocks of code reachable with the keyboard, so that they can be scrolled.
addEventListener('DOMContentLoaded', () => {
  for (const element of document.querySelectorAll('.sl-markdown-content :is(table, pre, .diagram)'))
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
});
