/**
 * The command {@code panext}: one class for each subcommand, mixins for the options that several have.
 *
 * <p>Results go to standard output, everything else to standard error, one line each. The exit status is 0 when all was
 * done, 1 when something failed and 2 when the command was used wrongly.
 */
package io.panext.cli;
