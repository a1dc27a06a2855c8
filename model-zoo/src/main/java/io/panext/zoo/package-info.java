/**
 * Architectures, the catalogue of published models and weights, and what travels with weights: labels and
 * preprocessing.
 */
package io.panext.zoo;
