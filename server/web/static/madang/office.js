// Pages of who works for a convention, a party or a host: everything is done by the forms.

import "./copy.js";
import "./forms.js";
import "./pictures.js";
