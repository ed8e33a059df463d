// html-validate over every page as it is served (tests/webmap/web/test_html.py): what is wrong,
// not how it is written down.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "submit"] }],
    "no-inline-style": "off", // a number that is drawn (a legend's colour) stands there: web/security.py
    "wcag/h32": "off", // a filter answers as one types; Enter sends it
    "prefer-native-element": "off",
    "require-sri": "off", // nothing comes from another host
    "long-title": "off",
    "attribute-boolean-style": "off", "attribute-empty-style": "off", "attr-quotes": "off", "doctype-style": "off",
    "no-implicit-button-type": "off", "no-implicit-input-type": "off", "no-raw-characters": "off",
    "no-trailing-whitespace": "off", "tel-non-breaking": "off", "void-style": "off",
  },
};
