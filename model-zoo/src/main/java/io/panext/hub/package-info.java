/**
 * Downloads from the Hugging Face hub: the only package that uses a network, and only when a user asks for it.
 *
 * <p>A {@link io.panext.hub.Hub} describes a repository, a {@link io.panext.hub.Pull} fetches its model into the
 * {@link io.panext.zoo.checkpoint.HubCache}, where every command finds it without a network.
 */
package io.panext.hub;
