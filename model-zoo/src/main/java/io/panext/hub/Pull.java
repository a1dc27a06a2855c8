package io.panext.hub;

import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import io.panext.zoo.checkpoint.HubCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The files of a model, about to be fetched: the checkpoint in the format that opens quickest, and its configuration. */
public final class Pull {

    private static final List<String> CONFIGURATION = List.of("config.json", "preprocessor_config.json");
    private static final String INDEX = ".index.json";

    private final Hub hub;
    private final Repository repository;
    private final List<HubFile> files;

    private Pull(Hub hub, Repository repository, List<HubFile> files) {
        this.hub = hub;
        this.repository = repository;
        this.files = files;
    }

    static Pull of(Hub hub, Repository repository) throws HubException {
        HubFile checkpoint = HubCache.checkpoints().stream().flatMap(name -> repository.file(name).stream())
                .findFirst().orElseThrow(() -> new HubException(repository.name(), "holds no checkpoint; it could be "
                        + "one of " + String.join(", ", HubCache.checkpoints())));
        var files = new ArrayList<HubFile>();
        CONFIGURATION.forEach(name -> repository.file(name).ifPresent(files::add));
        files.add(checkpoint);
        files.addAll(shards(repository, checkpoint.name()));
        return new Pull(hub, repository, List.copyOf(files));
    }

    /** The licence, as timm states it or, of what timm does not publish, the model card. */
    public Optional<String> licence() {
        return PretrainedTags.all().stream().filter(tag -> tag.hub().equals(Optional.of(repository.name())))
                .map(PretrainedTag::licence).findFirst().or(repository::licence);
    }

    /** Bytes of all files together. */
    public long byteSize() {
        return files.stream().mapToLong(HubFile::size).sum();
    }

    /**
     * Fetches what is not in the cache yet, checks it, and publishes it there: all or nothing.
     *
     * <p>What was fetched before an interruption is not fetched again.
     *
     * @param present told again and again how many bytes are there
     * @return the folder to open
     * @throws HubException if something cannot be had, or is not what the hub said, or cannot be written
     */
    public Path run(LongConsumer present) throws HubException {
        HubCache cache = hub.settings().cache();
        var hashes = new LinkedHashMap<String, String>();
        long done = 0;
        for (HubFile file : files) {
            long before = done;
            new Download(hub, repository, file).run(bytes -> present.accept(before + bytes));
            hashes.put(file.name(), file.hash());
            done += file.size();
            present.accept(done);
        }
        try {
            cache.publish(repository.name(), repository.commit(), hashes);
        } catch (IOException e) {
            throw Download.unwritable(repository, cache.folder(), e);
        }
        return cache.snapshot(repository.name(), repository.commit());
    }

    /** The files that an index is of: {@code model-00001-of-00003.safetensors}. */
    private static List<HubFile> shards(Repository repository, String checkpoint) {
        if (!checkpoint.endsWith(INDEX)) {
            return List.of();
        }
        String whole = checkpoint.substring(0, checkpoint.length() - INDEX.length());
        int dot = whole.lastIndexOf('.');
        String pattern = whole.substring(0, dot) + "-\\d{5}-of-\\d{5}\\" + whole.substring(dot);
        return repository.files().stream().filter(file -> file.name().matches(pattern)).toList();
    }
}
