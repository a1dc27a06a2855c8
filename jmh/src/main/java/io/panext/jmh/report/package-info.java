/**
 * What a run of the suite found, {@link io.panext.jmh.report.Findings}, or a look into one model,
 * {@link io.panext.jmh.report.StepFindings}, and how they are written.
 */
package io.panext.jmh.report;
