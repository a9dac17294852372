// A juror's page: their scoring sheet alone.

import "./live.js";
import "./jury.js";
