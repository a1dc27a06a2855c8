/** oneDNN as a second backend: its place is kept here, its bindings are still to come. */
package io.panext.onednn;
