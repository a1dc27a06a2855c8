/** Which kernel is the fastest for each op of a plan: measured once on a machine, then remembered. */
package io.panext.tune;
