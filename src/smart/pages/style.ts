/** The style of all pages. Its digest stands in their Content-Security-Policy. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a2530; --soft: #51606e; --line: #c6d0d8; --ground: #f3f6f8; --card: #fff; --deed: #0b5c8a; --wrong: #a3181f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef2; --soft: #a9b7c2; --line: #45525d; --ground: #12191f; --card: #1b252d; --deed: #5db7e8; --wrong: #ff9a9a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif; }
header, main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
header { display: flex; justify-content: space-between; align-items: center; }
.product { font-weight: 700; }
main { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin-bottom: 2rem; }
@media (max-width: 36rem) { main { border-width: 1px 0; border-radius: 0; } }
h1 { font-size: 1.4rem; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p, ul { margin: .5rem 0; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
ul.plain { list-style: none; padding: 0; }
ul.plain > li { border-top: 1px solid var(--line); padding: .6rem 0; }
label { display: block; font-weight: 600; margin-top: .75rem; }
label.choice { display: flex; gap: .6rem; font-weight: 400; margin: 0; align-items: flex-start; min-height: 2.75rem; }
label.choice input { margin-top: .4rem; flex: none; width: 1.15rem; height: 1.15rem; }
input[type=text], input[type=password], input[type=search] { width: 100%; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .3rem; padding: .6rem; min-height: 2.75rem; }
button, a.deed { display: inline-block; font: inherit; min-height: 2.75rem; padding: .55rem 1.1rem; margin: .75rem .5rem 0 0; border: 1px solid var(--deed); border-radius: .3rem; background: var(--deed); color: var(--card); text-decoration: none; cursor: pointer; }
button.second, a.second { background: transparent; color: var(--deed); }
button.row { display: block; width: 100%; text-align: left; background: transparent; color: var(--ink); border-color: var(--line); margin: .4rem 0 0; }
a { color: var(--deed); }
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
.wrong { color: var(--wrong); border: 1px solid currentColor; border-radius: .3rem; padding: .5rem .75rem; }
.soft { color: var(--soft); font-size: .9rem; }
code { font-size: .85rem; overflow-wrap: anywhere; }
.inline { display: inline; }
`;
