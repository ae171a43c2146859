"""The style sheet of the labelling page."""

from __future__ import annotations

# Label Studio removes `>` from a style sheet, quotes are best avoided, and only !important overrides some of its rules.
# The tall lines leave room for the arcs, which the editor draws 18 pixels above a span with z-index 100. The text gets
# a higher z-index, and the arcs are paler except for the one under the pointer.
STYLE = """
.naba-panel { position: sticky; top: 0; z-index: 200; padding: 2px 0; background: var(--color-neutral-background) }
.naba-panel .lsf-labels { margin: 4px 0; gap: 4px }
.naba-panel .lsf-label { margin: 0; padding: 0 6px; border: 0; font-size: 13px }
.naba-panel .lsf-label { border-inline-start: 4px solid var(--color) }
.naba-panel .lsf-label__hotkey { margin: 0; margin-inline-start: 6px; font-size: 11px }
.naba-panel .lsf-label_selected { background: var(--background); color: inherit; outline: 2px solid; font-weight: 700 }
.naba-panel .lsf-label_selected .lsf-label__hotkey { color: inherit }
.naba-both { display: none; padding: 0 6px; border: 2px solid #d00 }
.naba-panel:has(.naba-trigger .lsf-label_selected):has(.naba-entity .lsf-label_selected) .naba-both { display: block }
.naba-both h4 { margin: 0 !important; font-size: 14px; color: #d00 !important }
.naba-said { position: sticky; bottom: -12px; z-index: 200; background: var(--color-neutral-background) }
.naba-said { display: flex; flex-wrap: wrap; column-gap: 28px; padding: 4px 0 14px }
.naba-said { border-top: 1px solid var(--color-neutral-border) }
.naba-said .naba-attribute { display: flex; align-items: center; gap: 10px }
.naba-said h4, .naba-said .lsf-choices, .naba-said .lsf-choice__item { margin: 0 !important; font-size: 13px }
.naba-said .lsf-choices, .naba-said .lsf-choice { display: flex; align-items: center; line-height: 26px }
.naba-no-role { display: none; padding: 0 6px; border: 2px solid #d00 }
body:has(.relations-overlay path[marker-end]:last-child) .naba-no-role { display: block }
body:has(#naba-roles button) .naba-no-role { display: none }
[data-color-scheme=dark] .naba-no-role h4, [data-color-scheme=dark] .naba-both h4 { color: #ff7b7b !important }
.relations-overlay path[marker-end]:last-child { stroke: #d00; opacity: 1 !important }
.naba-no-role h4 { margin: 0 !important; font-size: 14px; color: #d00 !important }
.naba-heading .lsf-richtext:not(:has(br)), .naba-link:not(:has(a)) { display: none }
.naba-heading { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 16px; padding-top: 4px }
.naba-heading .lsf-richtext__container { font-size: 13px; line-height: 6px; padding: 0 }
.naba-heading .lsf-richtext__line { width: 100%; min-height: 0; padding: 0; line-height: 22px; text-align: inherit }
.naba-heading .lsf-richtext__line { unicode-bidi: plaintext; opacity: 0.8 }
.naba-heading .lsf-richtext__line:first-of-type { font-size: 15px; font-weight: 700; opacity: 1 }
.naba-link a { font-size: 13px; direction: ltr }
.naba-article { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 28px; padding: 8px 0 }
.naba-article { border-top: 1px solid var(--color-neutral-border) }
.naba-article .lsf-choices, .naba-article .lsf-text-area { margin: 0 !important }
.naba-article .lsf-text-area { flex: 1; min-width: 260px }
.naba-article .ant-form-item { margin: 0 }
.naba-article textarea { min-height: 30px; height: 30px; text-align: start }
.naba-findings { max-height: 30vh; overflow-y: auto; resize: vertical; margin: 6px 0; padding: 4px 10px }
.naba-findings { background: var(--color-neutral-surface) }
.naba-findings { border: 1px solid var(--color-neutral-border); border-inline-start: 4px solid #d00 }
.naba-findings:not(:has(br)) { display: none }
.naba-findings .lsf-richtext__container { font-size: 14px; line-height: 6px; padding: 0 }
.naba-findings .lsf-richtext__line { text-align: start; line-height: 22px }
.naba-findings .lsf-richtext__line { width: 100%; padding: 0; min-height: 0 }
.naba-findings .lsf-richtext__line:nth-of-type(2n+1) { padding-inline-start: 22px; opacity: 0.8 }
.naba-findings .lsf-richtext__line:first-of-type { padding: 0; opacity: 1; font-weight: 700 }
.naba-text { position: relative; z-index: 101; padding-top: 20px }
.naba-text .lsf-richtext__container { font-size: 18px; line-height: 12px }
.naba-text .lsf-richtext__line { width: 100%; min-height: 0; padding: 0; line-height: 46px }
.naba-text .lsf-richtext__line { unicode-bidi: plaintext; text-align: start }
.naba-text .lsf-richtext__line { font-family: Segoe UI, Noto Naskh Arabic, Noto Sans Hebrew, Arial, sans-serif }
.naba-text .htx-highlight { border-bottom: 2px solid rgba(0, 0, 0, 0.3) !important }
.naba-text .htx-highlight area { display: inline-block }
.naba-text .htx-highlight::after { font-family: inherit !important; white-space: nowrap; unicode-bidi: isolate }
.lsf-labels-list div, .lsf-labels-list span { font-weight: 600; color: var(--color-neutral-content) !important }
.lsf-outliner-item__index, .lsf-detailed-region__index { text-shadow: 0 0 2px #000, 0 0 1px #000 }
[data-testid=tooltip-body] { unicode-bidi: plaintext; text-align: start }
[data-slot=command-list] { max-height: min(75vh, calc(var(--radix-popper-available-height) - 8px)) !important }
[data-slot=command-item] { min-height: 0 !important; padding-block: 0 !important; font-size: 14px }
.relations-overlay path[opacity="0.6"] { opacity: 0.4 }
.relations-overlay path[opacity="0.6"] ~ g { opacity: 0.7 }
.relations-overlay text { font-size: 10px !important }
.relations-overlay g:nth-of-type(2n) g { translate: 0 -5px }
"""
