// One's own account: everything is done by the forms; a new token can be copied.

import "./copy.js";
import "./forms.js";
