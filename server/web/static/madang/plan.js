// The planning of one session.

import "./office.js";
import "./sent_list.js";
