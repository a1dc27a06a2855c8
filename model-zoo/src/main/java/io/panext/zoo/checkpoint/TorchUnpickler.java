package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickles in PyTorch's files as data: nothing that they name is called, and what they cost in time and memory
 * is bounded by their length.
 *
 * <p>Understood is what Python has written since protocol 2. A class is a {@link PythonObject}, an object of it likewise,
 * and the state that it is given is dropped.
 */
final class TorchUnpickler extends Unpickler {

    /** Longer than any state dict's: the values are not in the pickle. */
    static final int MAX_BYTES = 32 << 20;

    /** A tensor in a state dict takes less than thirty. */
    private static final int MAX_OPCODES = 1_000_000;

    private static final int LONGEST_NAME = 1000;

    private final String name;
    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();
    private int opcodes;

    /** @param name what error messages call the file */
    TorchUnpickler(String name) {
        this.name = name;
    }

    /** All storages that were named so far, by their keys. */
    Map<String, TorchStorage> storages() {
        return storages;
    }

    /**
     * Reads one pickle, and not a byte more.
     *
     * @param pickle knows how much it still holds, and takes a mark
     */
    Object read(InputStream pickle) throws CheckpointException {
        try {
            return load(pickle);
        } catch (IOException | PickleException e) {
            throw new CheckpointException(name, "the pickle is damaged or hostile: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new CheckpointException(name, "the pickle is damaged or hostile: its operations do not fit together",
                    e);
        }
    }

    /** Leaves to the library what only moves plain values; it would call constructors, hash keys and trust lengths. */
    @Override
    protected Object dispatch(short opcode) throws IOException {
        require(++opcodes <= MAX_OPCODES, "it has more operations than a state dict takes");
        switch (opcode) {
            case Opcodes.GLOBAL -> {
                String module = PickleUtils.readline(input);
                pushObject(module, PickleUtils.readline(input));
            }
            case Opcodes.STACK_GLOBAL -> {
                String type = (String) stack.pop();
                pushObject((String) stack.pop(), type);
            }
            case Opcodes.NEWOBJ_EX -> {
                stack.pop();
                return super.dispatch(Opcodes.NEWOBJ);
            }
            case Opcodes.BUILD -> stack.pop();
            case Opcodes.EMPTY_DICT -> stack.add(new PythonDict());
            case Opcodes.SETITEM -> {
                Object value = stack.pop();
                putItem(stack.pop(), value);
            }
            case Opcodes.SETITEMS -> {
                List<Object> items = stack.pop_all_since_marker();
                for (int i = 0; i < items.size(); i += 2) {
                    putItem(items.get(i), items.get(i + 1));
                }
            }
            case Opcodes.APPEND -> {
                Object item = stack.pop();
                append(item);
            }
            case Opcodes.APPENDS -> stack.pop_all_since_marker().forEach(this::append);
            case Opcodes.EMPTY_SET -> stack.add(new PythonObject("builtins.set"));
            case Opcodes.FROZENSET -> {
                stack.pop_all_since_marker();
                stack.add(new PythonObject("builtins.frozenset"));
            }
            case Opcodes.ADDITEMS, Opcodes.POP_MARK -> stack.pop_all_since_marker();
            case Opcodes.BINUNICODE, Opcodes.BINSTRING, Opcodes.BINBYTES, Opcodes.LONG4 -> {
                requireAvailable(Integer.BYTES);
                return super.dispatch(opcode);
            }
            case Opcodes.BINUNICODE8, Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> {
                requireAvailable(Long.BYTES);
                return super.dispatch(opcode);
            }
            case Opcodes.PROTO, Opcodes.FRAME, Opcodes.STOP, Opcodes.MARK, Opcodes.POP, Opcodes.DUP, Opcodes.NONE,
                    Opcodes.NEWTRUE, Opcodes.NEWFALSE, Opcodes.BININT, Opcodes.BININT1, Opcodes.BININT2, Opcodes.LONG1,
                    Opcodes.BINFLOAT, Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING, Opcodes.SHORT_BINBYTES,
                    Opcodes.EMPTY_TUPLE, Opcodes.TUPLE, Opcodes.TUPLE1, Opcodes.TUPLE2, Opcodes.TUPLE3,
                    Opcodes.EMPTY_LIST, Opcodes.BINPUT, Opcodes.LONG_BINPUT, Opcodes.MEMOIZE, Opcodes.BINGET,
                    Opcodes.LONG_BINGET, Opcodes.BINPERSID, Opcodes.REDUCE, Opcodes.NEWOBJ -> {
                return super.dispatch(opcode);
            }
            default -> throw new PickleException("operation 0x" + Integer.toHexString(opcode)
                    + " is none of those that torch.save uses");
        }
        return NO_RETURN_VALUE;
    }

    /** Names a storage: {@code ("storage", class, key, device, number of values)}. */
    @Override
    protected Object persistentLoad(Object id) {
        require(id instanceof Object[] parts && parts.length >= 5 && parts[0] instanceof String kind
                && kind.equals("storage"), "a persistent id names something other than a storage");
        Object[] parts = (Object[]) id;
        require(parts.length == 5 || parts[5] == null, "a storage is a view of another, as before PyTorch 0.4");
        var storageClass = (PythonObject) parts[1];
        Optional<DType> dtype = TorchStorage.dtype(storageClass.type());
        if (dtype.isEmpty()) {
            return storageClass;
        }
        var storage = new TorchStorage((String) parts[2], dtype.get(), TorchTensor.index(parts[4]));
        TorchStorage other = storages.putIfAbsent(storage.key(), storage);
        require(other == null || other.equals(storage), "storage " + storage.key() + " is described in two ways");
        return storage;
    }

    private void pushObject(String module, String type) {
        require(module.length() + type.length() <= LONGEST_NAME, "a class has too long a name");
        stack.add(new PythonObject(module + "." + type));
    }

    private void putItem(Object key, Object value) {
        if (stack.peek() instanceof PythonDict dict && key instanceof String text) {
            dict.items().put(text, value);
        }
    }

    @SuppressWarnings("unchecked")
    private void append(Object item) {
        if (stack.peek() instanceof List<?> list) {
            ((List<Object>) list).add(item);
        }
    }

    /** Looks ahead at a length, for which the library would at once make room. */
    private void requireAvailable(int lengthBytes) throws IOException {
        input.mark(lengthBytes);
        byte[] bytes = PickleUtils.readbytes(input, lengthBytes);
        long length = lengthBytes == Long.BYTES
                ? PickleUtils.bytes_to_long(bytes, 0)
                : PickleUtils.bytes_to_uint(bytes, 0);
        require(length >= 0 && length <= input.available(), "a string would be longer than what is left");
        input.reset();
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new PickleException(problem);
        }
    }
}
