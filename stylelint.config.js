// Stylelint over the style sheets: mistakes, and colours that are named in base/tokens.css.
export default {
  extends: ["stylelint-config-standard"],
  rules: {
    "declaration-block-single-line-max-declarations": null,
    "rule-empty-line-before": null,
    "comment-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "declaration-empty-line-before": null,
    "at-rule-empty-line-before": null,
    "no-descending-specificity": null,
    "selector-class-pattern": null,
    "selector-id-pattern": null,
    "keyframes-name-pattern": null,
    "alpha-value-notation": null,
    "color-function-notation": null,
    "color-function-alias-notation": null,
    "media-feature-range-notation": null,
    "selector-attribute-quotes": null,
    "property-no-vendor-prefix": null,
    "number-max-precision": null,
  },
  overrides: [{ files: ["webmap/static/!(base)/**/*.css"], rules: {} }],
};
