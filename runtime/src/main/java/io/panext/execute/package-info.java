/** Threads that run the tasks of a plan, step by step. */
package io.panext.execute;
