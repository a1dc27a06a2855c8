/**
 * What a run of the suite found: {@link io.panext.jmh.report.Findings}, and how they are written.
 */
package io.panext.jmh.report;
