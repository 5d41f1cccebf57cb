// So that its addresses are known. One module, so that a command on a file loads none of it.
import '../postgres/index.js';
